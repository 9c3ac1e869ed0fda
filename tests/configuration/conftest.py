from hypothesis import settings

# On a busy machine an example may take longer than hypothesis allows by itself.
settings.register_profile("fusionweb", deadline=None)
settings.load_profile("fusionweb")
