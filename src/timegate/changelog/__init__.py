"""What each version changed, told to the people who maintain clients."""
