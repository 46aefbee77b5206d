"""Pages: the resident's chat, the adviser's desk."""
