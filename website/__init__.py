"""What makes the site: every block found, run and compared; then built, recorded and copied cleanly."""
