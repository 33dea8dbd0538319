"""What compiled programs call while they run."""
