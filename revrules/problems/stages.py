"""Findings about the stage graph, REV4xx."""
