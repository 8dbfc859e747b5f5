// What watches a model: scraping, recorded ratios with burn-rate alerts, a dashboard.
local metadata = import 'metadata.libsonnet';

local endpoints = '/predict|/predict_batch';

{
  local names(model) = 'namespace="%s",job="%s"' % [metadata.namespace(model), metadata.instance(model)],
  local requests(model) = '%s,endpoint=~"%s"' % [names(model), endpoints],
  local errorRatio(model, window) =
    local all = requests(model);
    '(sum(rate(bentoml_service_request_total{%s,http_response_code=~"5.."}[%s])) or vector(0)) / sum(rate(bentoml_service_request_total{%s}[%s]))'
    % [all, window, all, window],
  // The share of requests that may fail.
  local budget(model) = 1 - model.availability / 100,

  serviceMonitor(model):: {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'ServiceMonitor',
    metadata: metadata.monitoring(model),
    spec: {
      jobLabel: 'app.kubernetes.io/instance',
      selector: { matchLabels: metadata.selector(model) },
      endpoints: [{
        port: 'http',
        path: '/metrics',
        interval: '30s',
        relabelings: [{ action: 'labeldrop', regex: 'endpoint' }],
        metricRelabelings: [{ action: 'keep', sourceLabels: ['endpoint'], regex: '|' + endpoints }],
      }],
    },
  },

  local record(model, window) = {
    record: 'windlass:request_errors:ratio_rate' + window,
    expr: errorRatio(model, window),
    labels: {
      job: metadata.instance(model),
      namespace: metadata.namespace(model),
      objective: 'availability',
    },
  },
  local alertLabels(model, severity) = {
    environment: model.environment,
    job: metadata.instance(model),
    model: model.name,
    namespace: metadata.namespace(model),
    severity: severity,
    team: model.team,
  },
  local burn(model, severity, long, short, rate, share) =
    local recorded(window) =
      'windlass:request_errors:ratio_rate%s{%s,objective="availability"} > %g'
      % [window, names(model), rate * budget(model)];
    {
      alert: 'ErrorBudgetBurn',
      expr: '%s and %s' % [recorded(long), recorded(short)],
      labels: alertLabels(model, severity) { objective: 'availability', window: long },
      annotations: {
        runbook_url: 'docs/runbooks/ErrorBudgetBurn.md',
        summary: "requests to %s/%s fail: %d%% of the 30 days' budget went within %s"
                 % [model.team, model.name, share, long],
      },
    },

  rules(model):: {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: metadata.monitoring(model),
    spec: {
      groups: [
        {
          name: metadata.instance(model) + '.often',
          interval: '1m',
          rules: [record(model, window) for window in ['5m', '30m', '1h']],
        },
        {
          name: metadata.instance(model) + '.rarely',
          interval: '2m',
          rules: [record(model, window) for window in ['6h', '3d']],
        },
        {
          name: metadata.instance(model) + '.alerts',
          rules: [
            burn(model, 'page', '1h', '5m', 14.4, 2),
            burn(model, 'page', '6h', '30m', 6, 5),
            burn(model, 'ticket', '3d', '6h', 1, 10),
            {
              alert: 'ServiceAbsent',
              expr: 'absent(up{%s} == 1)' % names(model),
              'for': '5m',
              labels: alertLabels(model, 'page'),
              annotations: {
                runbook_url: 'docs/runbooks/ServiceAbsent.md',
                summary: 'no copy of %(team)s/%(name)s can be measured' % model,
              },
            },
          ],
        },
      ],
    },
  },

  local target(expr, legend, ref='A') = { expr: expr, legendFormat: legend, refId: ref },
  local quantile(model, share, ref) = target(
    'histogram_quantile(%s, sum by (le) (rate(bentoml_service_request_duration_seconds_bucket{%s,http_response_code=~"2.."}[5m])))'
    % [share, requests(model)],
    share,
    ref
  ),
  // Two panels in a row, each half as wide as the page.
  local panel(id, title, unit, targets) = {
    datasource: { type: 'prometheus', uid: '${datasource}' },
    fieldConfig: { defaults: { unit: unit }, overrides: [] },
    gridPos: { h: 8, w: 12, x: 12 * ((id - 1) % 2), y: 8 * std.floor((id - 1) / 2) },
    id: id,
    targets: targets,
    title: title,
    type: 'timeseries',
  },
  local grafana(model) = {
    editable: false,
    panels: [
      panel(1, 'Requests per second, by status', 'reqps', [target(
        'sum by (http_response_code) (rate(bentoml_service_request_total{%s}[5m]))' % requests(model),
        '{{http_response_code}}'
      )]),
      panel(2, 'Share of requests that fail', 'percentunit', [target(errorRatio(model, '5m'), 'errors')]),
      panel(3, 'Time to an answer', 's', [
        quantile(model, '0.5', 'A'),
        quantile(model, '0.95', 'B'),
        quantile(model, '0.99', 'C'),
      ]),
      panel(4, 'Copies that answer', 'short', [target('sum(up{%s})' % names(model), 'copies')]),
      panel(5, 'Requests in flight', 'short', [target(
        'sum(bentoml_service_request_in_progress{%s})' % requests(model), 'in flight'
      )]),
      panel(6, 'Error budget left of 30 days', 'percentunit', [target(
        '1 - (%s) / %g' % [errorRatio(model, '30d'), budget(model)], 'availability'
      )]),
    ],
    schemaVersion: 39,
    tags: ['windlass', model.environment, model.team],
    templating: {
      list: [{
        hide: 0,
        includeAll: false,
        multi: false,
        name: 'datasource',
        query: 'prometheus',
        type: 'datasource',
      }],
    },
    time: { from: 'now-6h', to: 'now' },
    timezone: 'utc',
    title: '%(team)s/%(name)s in %(environment)s' % model,
    uid: model.dashboard,
    version: 1,
  },

  dashboard(model):: {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadata.monitoring(model) {
      name: super.name + '-dashboard',
      labels+: { grafana_dashboard: '1' },
    },
    data: { [model.dashboard + '.json']: std.manifestJsonEx(grafana(model), '  ') },
  },
}
