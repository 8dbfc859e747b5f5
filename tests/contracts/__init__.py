"""What every adapter of one port must do, run over each of them."""
