"""What a cluster's objects say: whose they are, what differs, who changed it, what may go, in which order, and how they are."""
