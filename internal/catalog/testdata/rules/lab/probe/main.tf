# Probe
# Has a variable for each way in which modules write their validations.
