"""Problems of files, names and schema, REV2xx."""
