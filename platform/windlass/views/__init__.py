"""Values to words: terminal text, JSON, pages. Pure functions; nothing here prints."""
