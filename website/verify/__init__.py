"""Pages as tests: every block found, run and compared, and the comparison itself put to the test."""
