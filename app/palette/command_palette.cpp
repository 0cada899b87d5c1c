#include "app/palette/command_palette.h"

#include "app/models/table_row.h"
#include "app/navigation/page_registry.h"
#include "app/palette/fuzzy_match.h"

#include <algorithm>
#include <array>

namespace coracle::app {

namespace {

/// The kinds whose objects people look for by name.
constexpr std::array kSearchedKinds{
    "namespaces",
    "nodes",
    "deployments.apps",
    "statefulsets.apps",
    "daemonsets.apps",
    "cronjobs.batch",
    "jobs.batch",
    "pods",
    "services",
    "ingresses.networking.k8s.io",
    "configmaps",
    "secrets",
    "persistentvolumeclaims",
};

constexpr auto kTable = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

} // namespace

void CommandPalette::setOpen(bool open) {
    if (m_open == open)
        return;
    m_open = open;
    ++m_opening;
    m_entries.clear();
    m_text.clear();
    if (open) {
        collect();
        askForObjects();
    }
    show();
    Q_EMIT openChanged();
    Q_EMIT textChanged();
}

void CommandPalette::setText(const QString &text) {
    if (m_text == text)
        return;
    m_text = text;
    show();
    Q_EMIT textChanged();
}

void CommandPalette::collect() {
    for (const PageRegistry::Page &page : PageRegistry::pages()) {
        if (page.section)
            m_entries.append({What::Page,
                              PageRegistry::title(QLatin1String(page.id)),
                              PageRegistry::section(page),
                              QLatin1String(page.icon),
                              QLatin1String(page.id),
                              {}});
    }
    if (!m_clusters)
        return;
    for (int row = 0; row < m_clusters->count(); ++row) {
        const Cluster *cluster = m_clusters->at(row);
        m_entries.append({What::Cluster, cluster->name(), tr("Cluster"), QStringLiteral("cluster"), cluster->id(), {}});
    }
}

void CommandPalette::askForObjects() {
    Cluster *cluster = m_clusters ? m_clusters->current() : nullptr;
    if (!cluster || !cluster->connected())
        return;
    for (const char *kindKey : kSearchedKinds) {
        const ResourceKind *kind = cluster->catalog()->find(QLatin1String(kindKey));
        if (!kind)
            continue;
        ApiRequest request;
        request.path = withQuery(kind->path(), {{QStringLiteral("limit"), QString::number(kObjectsPerKindMax)}});
        request.accept = kTable;
        cluster->session()->send(
            request, this, parseTable, [this, opening = m_opening, kind = *kind](const Result<TablePage> &page) {
                if (!page || opening != m_opening)
                    return;
                const bool isNamespace = kind.key() == QLatin1String("namespaces");
                for (const TableRow &row : page->rows) {
                    if (m_entries.size() >= kObjectsMax)
                        break;
                    const QString where =
                        row.namespaceName.isEmpty() ? kind.kind : tr("%1 in %2").arg(kind.kind, row.namespaceName);
                    m_entries.append({isNamespace ? What::Namespace : What::Object, row.name, where,
                                      PageRegistry::iconOfKind(kind.key()), kind.key(), row.namespaceName});
                }
                show();
            });
    }
}

void CommandPalette::show() {
    QList<std::pair<int, qsizetype>> found;
    for (qsizetype i = 0; i < m_entries.size(); ++i) {
        const Entry &entry = m_entries[i];
        // Nothing typed yet: only what leads somewhere for sure.
        if (m_text.isEmpty() && entry.what == What::Object)
            continue;
        const int inTitle = fuzzyScore(entry.title, m_text);
        const int score = inTitle > 0 ? 2 * inTitle : fuzzyScore(QString(entry.title + u' ' + entry.detail), m_text);
        if (score > 0)
            found.append({-score, i});
    }
    if (m_text.isEmpty())
        found = found.mid(0, kShownMax); // in their own order
    else
        std::stable_sort(found.begin(), found.end());
    const qsizetype wanted = std::min<qsizetype>(found.size(), kShownMax);
    beginResetModel();
    m_shown.clear();
    for (qsizetype i = 0; i < wanted; ++i)
        m_shown.append(m_entries[found[i].second]);
    endResetModel();
    Q_EMIT countChanged();
}

void CommandPalette::choose(int row) {
    if (row < 0 || row >= count() || !m_clusters || !m_navigator)
        return;
    const Entry entry = m_shown[row];
    setOpen(false);
    switch (entry.what) {
    case What::Page:
        return m_navigator->show(entry.key);
    case What::Cluster:
        return m_clusters->select(entry.key);
    case What::Namespace:
        if (Cluster *cluster = m_clusters->current())
            cluster->setNamespaceName(entry.title);
        return m_navigator->show(QStringLiteral("workloads"));
    case What::Object:
        return m_navigator->openObject(entry.key, entry.namespaceName, entry.title);
    }
}

int CommandPalette::rowCount(const QModelIndex &parent) const {
    return parent.isValid() ? 0 : count();
}

QVariant CommandPalette::data(const QModelIndex &index, int role) const {
    if (!index.isValid() || index.row() >= count())
        return {};
    const Entry &entry = m_shown[index.row()];
    switch (role) {
    case TitleRole:
        return entry.title;
    case DetailRole:
        return entry.detail;
    case IconRole:
        return entry.icon;
    default:
        return {};
    }
}

QHash<int, QByteArray> CommandPalette::roleNames() const {
    return {{TitleRole, "title"}, {DetailRole, "detail"}, {IconRole, "iconName"}};
}

} // namespace coracle::app
