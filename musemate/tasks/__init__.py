"""What can be done, one file each, free of Qt."""
