"""Which files a scan looks at, and which of these hold anything to judge."""
