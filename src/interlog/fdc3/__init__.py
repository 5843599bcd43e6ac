"""FDC3 for Python: a desktop agent in a few lines, and a bridge between agents."""
