#include "app/editor/manifest_apply.h"

#include <QJsonDocument>

namespace coracle::app {

namespace {

/// The kind as the cluster serves it; a version that is not the preferred one is believed.
Result<ResourceKind> kindOf(const ResourceCatalog &catalog, const QJsonObject &object) {
    const QString apiVersion = object["apiVersion"].toString(), name = object["kind"].toString();
    if (const ResourceKind *kind = catalog.findByKind(apiVersion, name))
        return *kind;
    const qsizetype slash = apiVersion.indexOf(u'/');
    const QString group = slash < 0 ? QString() : apiVersion.left(slash);
    for (ResourceKind kind : catalog.kinds())
        if (kind.kind == name && kind.group == group) {
            kind.version = apiVersion.mid(slash + 1);
            return kind;
        }
    return errors::badRequest("the cluster does not know the kind " + name.toStdString() + " of " +
                              apiVersion.toStdString());
}

} // namespace

QString ApplyOutcome::title() const {
    return manifest.object["kind"].toString() + u' ' + manifest.object["metadata"]["name"].toString();
}

void ManifestApply::start(Cluster *cluster, const QList<Manifest> &manifests, Options options, Done done) {
    m_cluster = cluster;
    m_waiting = manifests;
    m_outcomes.clear();
    m_options = options;
    m_done = std::move(done);
    m_running = true;
    next();
}

void ManifestApply::next() {
    const bool refused = !m_outcomes.isEmpty() && m_outcomes.last().failed() && !m_options.dryRun;
    if (!m_cluster || m_waiting.isEmpty() || refused) {
        m_running = false;
        return std::exchange(m_done, nullptr)(m_outcomes);
    }
    ApplyOutcome outcome{
        .manifest = m_waiting.takeFirst(), .kind = {}, .namespaceName = {}, .error = {}, .before = {}, .after = {}};
    QJsonObject &object = outcome.manifest.object;
    auto kind = kindOf(*m_cluster->catalog(), object);
    if (!kind) {
        outcome.error = kind.error();
        return finish(std::move(outcome));
    }
    outcome.kind = std::move(*kind);
    QJsonObject metadata = object["metadata"].toObject();
    if (outcome.kind.namespaced && metadata["namespace"].toString().isEmpty())
        metadata["namespace"] =
            m_cluster->namespaceName().isEmpty() ? QStringLiteral("default") : m_cluster->namespaceName();
    object["metadata"] = metadata;
    outcome.namespaceName = metadata["namespace"].toString();
    if (m_options.dryRun)
        readPresent(std::move(outcome));
    else
        write(std::move(outcome));
}

void ManifestApply::readPresent(ApplyOutcome outcome) {
    const QString path =
        outcome.kind.objectPath(outcome.namespaceName, outcome.manifest.object.value("metadata")["name"].toString());
    m_cluster->session()->sendJson({.path = path}, this, [this, outcome](const Result<QJsonObject> &present) {
        ApplyOutcome read = outcome;
        if (present)
            read.before = *present;
        else if (present.error().code != 404)
            read.error = present.error();
        if (!m_cluster || read.failed())
            return finish(std::move(read));
        write(std::move(read));
    });
}

void ManifestApply::write(ApplyOutcome outcome) {
    const QJsonObject &object = outcome.manifest.object;
    const bool replace = !object["metadata"]["resourceVersion"].toString().isEmpty();
    const QString path = outcome.kind.objectPath(outcome.namespaceName, object["metadata"]["name"].toString());
    const ApiRequest request{
        .method = QByteArray(replace ? "PUT" : "PATCH"),
        .path = withQuery(
            path, {{QStringLiteral("fieldManager"), QLatin1String(kFieldManager)},
                   {QStringLiteral("fieldValidation"), QStringLiteral("Strict")},
                   {QStringLiteral("dryRun"), m_options.dryRun ? QStringLiteral("All") : QString()},
                   {QStringLiteral("force"), m_options.force && !replace ? QStringLiteral("true") : QString()}}),
        .body = QJsonDocument(object).toJson(QJsonDocument::Compact),
        .contentType = QByteArray(replace ? "application/json" : "application/apply-patch+yaml")};
    m_cluster->session()->sendJson(request, this, [this, outcome](const Result<QJsonObject> &answer) {
        ApplyOutcome written = outcome;
        if (answer)
            written.after = *answer;
        else
            written.error = answer.error();
        finish(std::move(written));
    });
}

void ManifestApply::finish(ApplyOutcome outcome) {
    m_outcomes.append(std::move(outcome));
    next();
}

} // namespace coracle::app
