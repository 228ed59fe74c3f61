"""Problems of the data that a ruleset is run over, REV7xx."""
