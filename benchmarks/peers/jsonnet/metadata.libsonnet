// Names, labels and annotations that all objects of a model in an environment share.
{
  instance(model):: '%(team)s-%(name)s' % model,
  namespace(model):: 'ml-%(team)s-%(environment)s' % model,

  // What the pods are found by.
  selector(model):: {
    'app.kubernetes.io/component': 'serving',
    'app.kubernetes.io/instance': $.instance(model),
  },

  labels(model, component):: {
    'app.kubernetes.io/component': component,
    'app.kubernetes.io/instance': $.instance(model),
    'app.kubernetes.io/managed-by': 'windlass',
    'app.kubernetes.io/name': model.name,
    'app.kubernetes.io/part-of': model.team,
    'windlass.dev/environment': model.environment,
    'windlass.dev/team': model.team,
  },

  local annotations(model) = {
    'windlass.dev/data': model.data,
    'windlass.dev/inputs-digest': model.inputsDigest,
    'windlass.dev/model-digest': model.modelDigest,
    'windlass.dev/release-digest': model.releaseDigest,
    'windlass.dev/source': 'environments/%(environment)s/releases/%(team)s/%(name)s' % model,
  },

  serving(model):: {
    name: $.instance(model),
    namespace: $.namespace(model),
    labels: $.labels(model, 'serving'),
    annotations: annotations(model) { 'windlass.dev/owners': model.owners },
  },

  monitoring(model):: {
    name: $.instance(model),
    namespace: $.namespace(model),
    labels: $.labels(model, 'monitoring'),
    annotations: annotations(model),
  },
}
