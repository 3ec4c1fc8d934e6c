"""What backend has done behind the scenes."""
