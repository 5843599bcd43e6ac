"""What can be done in canvassing: resources, visits, and what each tenant has from the beginning."""
