// What serves a model: account, configuration, deployment, service, network policy, disruption budget.
local metadata = import 'metadata.libsonnet';

local home = '/var/bentoml';
local buckets = '[0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0]';

{
  serviceAccount(model):: {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: metadata.serving(model),
    automountServiceAccountToken: false,
  },

  configuration(model):: {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadata.serving(model),
    data: {
      'bentoml.yaml': |||
        # no `version`: BentoML 1.4 reads it before the service has said its own, and stops
        services:
          metrics:
            duration:
              buckets: %s
      ||| % buckets,
    },
  },

  service(model):: {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata.serving(model),
    spec: {
      type: 'ClusterIP',
      selector: metadata.selector(model) { 'windlass.dev/variant': 'stable' },
      ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 'http' }],
    },
  },

  disruptionBudget(model):: {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: metadata.serving(model),
    spec: {
      minAvailable: model.replicas - 1,
      selector: { matchLabels: metadata.selector(model) },
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    },
  },

  local namespaced(name) = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } },

  networkPolicy(model):: {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: metadata.serving(model),
    spec: {
      podSelector: { matchLabels: metadata.selector(model) },
      policyTypes: ['Egress', 'Ingress'],
      ingress: [{
        from: [{ podSelector: {} }, namespaced('monitoring')],
        ports: [{ protocol: 'TCP', port: 'http' }],
      }],
      egress: [
        {
          to: [namespaced('kube-system')],
          ports: [{ protocol: 'UDP', port: 53 }, { protocol: 'TCP', port: 53 }],
        },
        { ports: [{ protocol: 'TCP', port: 443 }] },
      ],
    },
  },

  local probe(path, every, timeout, failures) = {
    httpGet: { path: path, port: 'http' },
    periodSeconds: every,
    timeoutSeconds: timeout,
    failureThreshold: failures,
  },
  local restricted = {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    readOnlyRootFilesystem: true,
  },
  local resources(model) = {
    requests: { cpu: model.cpu, memory: model.memory },
    limits: { memory: model.memory },
  },
  local mounts = [{ name: 'home', mountPath: home }, { name: 'tmp', mountPath: '/tmp' }],
  local spread(model, topology) = {
    topologyKey: topology,
    maxSkew: 1,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: metadata.selector(model) },
  },

  local fetch(model) = {
    name: 'fetch',
    image: model.stepImage,
    command: ['windlass', 'step', 'fetch'],
    args: [
      '--store',
      model.store,
      '--digest',
      model.bentoDigest,
      '--bento',
      home + '/bento',
      '--library',
      home + '/lib',
    ],
    envFrom: [{ secretRef: { name: model.storeSecret } }],
    resources: resources(model),
    securityContext: restricted,
    volumeMounts: mounts,
  },

  local serve(model) = {
    name: 'model',
    image: model.runtimeImage,
    command: ['python', '-m', 'bentoml', 'serve', home + '/bento', '--host', '0.0.0.0', '--port', '3000'],
    ports: [{ name: 'http', containerPort: 3000, protocol: 'TCP' }],
    env: [
      { name: 'BENTOML_DO_NOT_TRACK', value: 'True' },
      { name: 'BENTOML_CONFIG', value: '/etc/windlass/bentoml.yaml' },
      { name: 'HOME', value: home },
      { name: 'PYTHONPATH', value: home + '/lib' },
    ],
    resources: resources(model),
    startupProbe: probe('/readyz', 1, 2, 120),
    readinessProbe: probe('/readyz', 5, 2, 3),
    livenessProbe: probe('/livez', 10, 5, 3),
    lifecycle: { preStop: { sleep: { seconds: 5 } } },
    securityContext: restricted,
    volumeMounts: mounts + [{ name: 'configuration', mountPath: '/etc/windlass', readOnly: true }],
  },

  deployment(model):: {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata.serving(model),
    spec: {
      replicas: model.replicas,
      progressDeadlineSeconds: 600,
      revisionHistoryLimit: 3,
      selector: { matchLabels: metadata.selector(model) { 'windlass.dev/variant': 'stable' } },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: {
          labels: metadata.labels(model, 'serving') { 'windlass.dev/variant': 'stable' },
          annotations: { 'windlass.dev/configuration-digest': model.configurationDigest },
        },
        spec: {
          serviceAccountName: metadata.instance(model),
          automountServiceAccountToken: false,
          terminationGracePeriodSeconds: 35,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 1034,
            runAsGroup: 1034,
            fsGroup: 1034,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          topologySpreadConstraints: [
            spread(model, 'topology.kubernetes.io/zone'),
            spread(model, 'kubernetes.io/hostname'),
          ],
          initContainers: [fetch(model)],
          containers: [serve(model)],
          volumes: [
            { name: 'configuration', projected: { sources: [{ configMap: { name: metadata.instance(model) } }] } },
            { name: 'home', emptyDir: {} },
            { name: 'tmp', emptyDir: {} },
          ],
        },
      },
    },
  },
}
