"""What the project itself needs and its users do not."""
