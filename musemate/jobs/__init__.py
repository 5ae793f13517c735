"""Where Qt meets long work: worker processes and the threads that supervise them."""
