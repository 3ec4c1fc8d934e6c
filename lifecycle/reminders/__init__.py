"""What has to be done by when, who is told of it how many days before and after, and the proof of it."""
