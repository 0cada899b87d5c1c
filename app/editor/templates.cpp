#include "app/editor/templates.h"

#include <utility>

namespace coracle::app {

namespace {

constexpr std::pair<const char *, const char *> kTemplates[] = {
    {"Deployment", "apiVersion: apps/v1\n"
                   "kind: Deployment\n"
                   "metadata:\n"
                   "  name: web\n"
                   "spec:\n"
                   "  replicas: 2\n"
                   "  selector:\n"
                   "    matchLabels:\n"
                   "      app: web\n"
                   "  template:\n"
                   "    metadata:\n"
                   "      labels:\n"
                   "        app: web\n"
                   "    spec:\n"
                   "      containers:\n"
                   "      - name: web\n"
                   "        image: nginx:stable\n"
                   "        ports:\n"
                   "        - containerPort: 80\n"},
    {"Service", "apiVersion: v1\n"
                "kind: Service\n"
                "metadata:\n"
                "  name: web\n"
                "spec:\n"
                "  selector:\n"
                "    app: web\n"
                "  ports:\n"
                "  - port: 80\n"
                "    targetPort: 80\n"},
    {"Ingress", "apiVersion: networking.k8s.io/v1\n"
                "kind: Ingress\n"
                "metadata:\n"
                "  name: web\n"
                "spec:\n"
                "  rules:\n"
                "  - host: web.example.com\n"
                "    http:\n"
                "      paths:\n"
                "      - path: /\n"
                "        pathType: Prefix\n"
                "        backend:\n"
                "          service:\n"
                "            name: web\n"
                "            port:\n"
                "              number: 80\n"},
    {"ConfigMap", "apiVersion: v1\n"
                  "kind: ConfigMap\n"
                  "metadata:\n"
                  "  name: settings\n"
                  "data:\n"
                  "  key: value\n"},
    {"Secret", "apiVersion: v1\n"
               "kind: Secret\n"
               "metadata:\n"
               "  name: credentials\n"
               "stringData:\n"
               "  password: change-me\n"},
    {"PersistentVolumeClaim", "apiVersion: v1\n"
                              "kind: PersistentVolumeClaim\n"
                              "metadata:\n"
                              "  name: data\n"
                              "spec:\n"
                              "  accessModes:\n"
                              "  - ReadWriteOnce\n"
                              "  resources:\n"
                              "    requests:\n"
                              "      storage: 1Gi\n"},
    {"CronJob", "apiVersion: batch/v1\n"
                "kind: CronJob\n"
                "metadata:\n"
                "  name: nightly\n"
                "spec:\n"
                "  schedule: 0 3 * * *\n"
                "  jobTemplate:\n"
                "    spec:\n"
                "      template:\n"
                "        spec:\n"
                "          restartPolicy: OnFailure\n"
                "          containers:\n"
                "          - name: nightly\n"
                "            image: busybox:stable\n"
                "            command: [date]\n"},
    {"Role", "apiVersion: rbac.authorization.k8s.io/v1\n"
             "kind: Role\n"
             "metadata:\n"
             "  name: reader\n"
             "rules:\n"
             "- apiGroups: ['']\n"
             "  resources: [pods, pods/log]\n"
             "  verbs: [get, list, watch]\n"},
    {"Namespace", "apiVersion: v1\n"
                  "kind: Namespace\n"
                  "metadata:\n"
                  "  name: example\n"},
};

} // namespace

QStringList Templates::names() {
    QStringList names;
    for (const auto &[name, text] : kTemplates)
        names.append(QLatin1String(name));
    return names;
}

QString Templates::text(const QString &name) {
    for (const auto &[known, text] : kTemplates)
        if (name == QLatin1String(known))
            return QLatin1String(text);
    return {};
}

QString Templates::bare(const QString &apiVersion, const QString &kind) {
    if (const QString known = text(kind); known.startsWith(QStringLiteral("apiVersion: %1\n").arg(apiVersion)))
        return known;
    return QStringLiteral("apiVersion: %1\nkind: %2\nmetadata:\n  name: example\n").arg(apiVersion, kind);
}

} // namespace coracle::app
