"""What MkDocs calls while it builds the site, page by page."""
