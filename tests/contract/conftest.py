from hypothesis import HealthCheck, settings

# A busy machine is slow, not wrong.
settings.register_profile(
    "steady", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=100
)
settings.load_profile("steady")
