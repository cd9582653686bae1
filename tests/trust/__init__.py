"""What a stranger's files may not do to whoever scans them; docs/security.md names the promises."""
