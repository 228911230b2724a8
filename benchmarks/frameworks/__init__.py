"""Each framework's own checker beside gradlab's, on the same functions: `python -m benchmarks.frameworks`."""
