"""What scans of trees of known shapes take: whole processes, beside a plain walk-and-read of the same files."""
