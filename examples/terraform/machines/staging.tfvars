# Staging has been in the middle of its rotation since spring.
deploy_phase = "both"
