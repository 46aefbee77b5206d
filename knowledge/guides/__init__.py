"""What leads a resident further than an answer: interviews, legal aid, mediation, who handles it where, papers."""
