"""Problems of types, REV3xx."""
