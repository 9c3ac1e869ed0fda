"""What each tab of a run's page shows: a run and the request in, the template's context out."""
