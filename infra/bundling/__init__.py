"""How a bundle is built: packages for Lambda, our code, and bytecode for its Python."""
