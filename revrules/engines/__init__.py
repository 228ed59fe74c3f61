"""Rulesets on databases where the records live: one folder for what knows a database of users, one file per database."""
