"""What a used car will sell for."""
