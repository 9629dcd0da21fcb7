"""Guards: what one order is asked, one file and one function each. Their order is in ``foxml.risk.check``."""
