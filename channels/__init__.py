"""One file per place people write from; each turns what arrives into a Message and carries words back."""
