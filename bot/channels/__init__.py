"""Ways to residents: each file turns one network's messages into Inbounds, and Deliveries into its own."""
