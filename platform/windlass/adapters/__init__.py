"""Every line of IO. Only `cli.wiring` imports from here."""
