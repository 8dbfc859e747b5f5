// The nine objects of one model in one environment.
local monitoring = import 'monitoring.libsonnet';
local serving = import 'serving.libsonnet';

function(model) [
  serving.serviceAccount(model),
  serving.configuration(model),
  serving.deployment(model),
  serving.service(model),
  serving.networkPolicy(model),
  serving.disruptionBudget(model),
  monitoring.serviceMonitor(model),
  monitoring.rules(model),
  monitoring.dashboard(model),
]
