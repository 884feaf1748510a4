"""What the visitor's socket promises to every client, as data and as shapes."""
