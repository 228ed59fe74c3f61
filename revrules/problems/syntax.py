"""Problems of spelling and grammar, REV1xx."""
