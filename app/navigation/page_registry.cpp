#include "app/navigation/page_registry.h"

#include <QCoreApplication>
#include <algorithm>

namespace coracle::app {

namespace {

constexpr const char *kContext = "Pages";

const QList<PageRegistry::Page> kPages{
    {"overview", QT_TRANSLATE_NOOP("Pages", "Overview"), "overview", QT_TRANSLATE_NOOP("Pages", "Cluster"),
     "OverviewPage.qml"},
    {"clusters", QT_TRANSLATE_NOOP("Pages", "Clusters"), "cluster", QT_TRANSLATE_NOOP("Pages", "Cluster"),
     "ClustersPage.qml"},
    {"clusterform", QT_TRANSLATE_NOOP("Pages", "Connection"), "connection", nullptr, "ClusterFormPage.qml"},
    {"nodes", QT_TRANSLATE_NOOP("Pages", "Nodes"), "node", QT_TRANSLATE_NOOP("Pages", "Cluster"), "NodesPage.qml"},
    {"node", QT_TRANSLATE_NOOP("Pages", "Node"), "node", nullptr, "NodePage.qml", "name", "nodes"},
    {"workloads", QT_TRANSLATE_NOOP("Pages", "Workloads"), "workload", QT_TRANSLATE_NOOP("Pages", "Applications"),
     "WorkloadsPage.qml"},
    {"workload", QT_TRANSLATE_NOOP("Pages", "Workload"), "workload", nullptr, "WorkloadPage.qml",
     "kindKey namespaceName name",
     "deployments.apps statefulsets.apps daemonsets.apps replicasets.apps jobs.batch cronjobs.batch"},
    {"pod", QT_TRANSLATE_NOOP("Pages", "Pod"), "pod", nullptr, "PodPage.qml", "namespaceName name", "pods"},
    {"logs", QT_TRANSLATE_NOOP("Pages", "Log"), "log", nullptr, "LogPage.qml",
     "namespaceName subject=name podName=name", "pods"},
    {"terminal", QT_TRANSLATE_NOOP("Pages", "Terminal"), "terminal", nullptr, "TerminalPage.qml",
     "namespaceName podName=name", "pods", LockLevel::Operate},
    {"forwards", QT_TRANSLATE_NOOP("Pages", "Port forwards"), "connection", QT_TRANSLATE_NOOP("Pages", "Applications"),
     "ForwardsPage.qml"},
    {"services", QT_TRANSLATE_NOOP("Pages", "Services and ingress"), "service",
     QT_TRANSLATE_NOOP("Pages", "Applications"), "ServicesPage.qml"},
    {"configuration", QT_TRANSLATE_NOOP("Pages", "Configuration"), "configmap",
     QT_TRANSLATE_NOOP("Pages", "Applications"), "ConfigurationPage.qml"},
    {"volumes", QT_TRANSLATE_NOOP("Pages", "Claims and volumes"), "storage", QT_TRANSLATE_NOOP("Pages", "Applications"),
     "VolumesPage.qml"},
    {"events", QT_TRANSLATE_NOOP("Pages", "Events"), "event", QT_TRANSLATE_NOOP("Pages", "Applications"),
     "EventsPage.qml"},
    {"resources", QT_TRANSLATE_NOOP("Pages", "All resources"), "yaml", QT_TRANSLATE_NOOP("Pages", "Applications"),
     "ResourcesPage.qml"},
    {"kind", QT_TRANSLATE_NOOP("Pages", "Resource"), "yaml", nullptr, "KindPage.qml"},
    {"object", QT_TRANSLATE_NOOP("Pages", "Object"), "yaml", nullptr, "ObjectPage.qml", "kindKey namespaceName name",
     "*"},
    {"deploy", QT_TRANSLATE_NOOP("Pages", "Deploy an application"), "add", QT_TRANSLATE_NOOP("Pages", "Applications"),
     "DeployPage.qml"},
    {"access", QT_TRANSLATE_NOOP("Pages", "Users and roles"), "role", QT_TRANSLATE_NOOP("Pages", "Cluster"),
     "AccessPage.qml"},
    {"yaml", QT_TRANSLATE_NOOP("Pages", "YAML"), "yaml", nullptr, "YamlPage.qml", "kindKey namespaceName name", "*"},
    {"tokens", QT_TRANSLATE_NOOP("Pages", "Tokens"), "token", QT_TRANSLATE_NOOP("Pages", "Appliance"), "TokensPage.qml",
     nullptr, nullptr, LockLevel::Configure},
    {"oidc", QT_TRANSLATE_NOOP("Pages", "Sign-in"), "key", QT_TRANSLATE_NOOP("Pages", "Appliance"), "OidcPage.qml",
     nullptr, nullptr, LockLevel::Configure},
    {"registries", QT_TRANSLATE_NOOP("Pages", "Registries"), "registry", QT_TRANSLATE_NOOP("Pages", "Appliance"),
     "RegistriesPage.qml", nullptr, nullptr, LockLevel::Configure},
    {"images", QT_TRANSLATE_NOOP("Pages", "Images"), "image", QT_TRANSLATE_NOOP("Pages", "Appliance"), "ImagesPage.qml",
     nullptr, nullptr, LockLevel::Operate},
    {"disks", QT_TRANSLATE_NOOP("Pages", "Disks"), "disk", QT_TRANSLATE_NOOP("Pages", "Appliance"), "StoragePage.qml",
     nullptr, nullptr, LockLevel::Operate},
    {"backups", QT_TRANSLATE_NOOP("Pages", "Back-ups"), "backup", QT_TRANSLATE_NOOP("Pages", "Appliance"),
     "BackupsPage.qml", nullptr, nullptr, LockLevel::Configure},
    {"upgrades", QT_TRANSLATE_NOOP("Pages", "Upgrades"), "upgrade", QT_TRANSLATE_NOOP("Pages", "Appliance"),
     "UpgradesPage.qml", nullptr, nullptr, LockLevel::Configure},
    {"certificates", QT_TRANSLATE_NOOP("Pages", "Certificates"), "certificate", QT_TRANSLATE_NOOP("Pages", "Appliance"),
     "CertificatesPage.qml", nullptr, nullptr, LockLevel::Configure},
    {"options", QT_TRANSLATE_NOOP("Pages", "Daemon options"), "settings", QT_TRANSLATE_NOOP("Pages", "Appliance"),
     "DaemonOptionsPage.qml", nullptr, nullptr, LockLevel::Configure},
    {"diagnostics", QT_TRANSLATE_NOOP("Pages", "Diagnostics"), "log", QT_TRANSLATE_NOOP("Pages", "Appliance"),
     "DiagnosticsPage.qml", nullptr, nullptr, LockLevel::Operate},
    {"setup", QT_TRANSLATE_NOOP("Pages", "Set up this device"), "cluster", QT_TRANSLATE_NOOP("Pages", "Appliance"),
     "SetupPage.qml", nullptr, nullptr, LockLevel::Configure},
    {"settings", QT_TRANSLATE_NOOP("Pages", "Settings"), "settings", QT_TRANSLATE_NOOP("Pages", "This program"),
     "SettingsPage.qml"},
    {"shortcuts", QT_TRANSLATE_NOOP("Pages", "Keys"), "keyboard", QT_TRANSLATE_NOOP("Pages", "This program"),
     "ShortcutsPage.qml"},
};

QString translated(const char *text) {
    return text ? QCoreApplication::translate(kContext, text) : QString();
}

QUrl urlOf(const PageRegistry::Page &page) {
    return QUrl(QStringLiteral("qrc:/qt/qml/Coracle/Ui/") + QLatin1String(page.file));
}

} // namespace

const QList<PageRegistry::Page> &PageRegistry::pages() {
    return kPages;
}

const PageRegistry::Page *PageRegistry::find(const QString &id) {
    const auto found =
        std::find_if(kPages.begin(), kPages.end(), [&](const Page &page) { return id == QLatin1String(page.id); });
    return found == kPages.end() ? nullptr : &*found;
}

QUrl PageRegistry::url(const QString &id) {
    const Page *page = find(id);
    return page ? urlOf(*page) : QUrl();
}

QString PageRegistry::title(const QString &id) {
    const Page *page = find(id);
    return page ? translated(page->title) : QString();
}

QString PageRegistry::section(const Page &page) {
    return translated(page.section);
}

const PageRegistry::Page *PageRegistry::pageOfKind(const QString &kindKey) {
    const auto shows = [](const Page &page, const QString &key) {
        return page.kinds && QString::fromLatin1(page.kinds).split(u' ').contains(key);
    };
    for (const QString &key : {kindKey, QStringLiteral("*")}) {
        const auto found =
            std::find_if(kPages.begin(), kPages.end(), [&](const Page &page) { return shows(page, key); });
        if (found != kPages.end())
            return &*found;
    }
    return nullptr;
}

QString PageRegistry::iconOfKind(const QString &kindKey) {
    const Page *page = pageOfKind(kindKey);
    return page ? QLatin1String(page->icon) : QString();
}

QVariantMap PageRegistry::parametersOf(const Page &page, const QString &kindKey, const QString &namespaceName,
                                       const QString &name) {
    const QHash<QString, QString> values{{QStringLiteral("kindKey"), kindKey},
                                         {QStringLiteral("namespaceName"), namespaceName},
                                         {QStringLiteral("name"), name}};
    QVariantMap parameters;
    for (const QString &each : QString::fromLatin1(page.parameters).split(u' ', Qt::SkipEmptyParts))
        parameters.insert(each.section(u'=', 0, 0), values.value(each.section(u'=', -1)));
    return parameters;
}

void PageRegistry::retranslate() {
    Q_EMIT dataChanged(index(0), index(rowCount() - 1), {TitleRole, SectionRole});
}

int PageRegistry::rowCount(const QModelIndex &parent) const {
    return parent.isValid() ? 0 : static_cast<int>(kPages.size());
}

QVariant PageRegistry::data(const QModelIndex &index, int role) const {
    if (!index.isValid() || index.row() >= kPages.size())
        return {};
    const Page &page = kPages[index.row()];
    switch (role) {
    case IdRole:
        return QLatin1String(page.id);
    case TitleRole:
        return translated(page.title);
    case IconRole:
        return QLatin1String(page.icon);
    case SectionRole:
        return translated(page.section);
    case InMenuRole:
        return page.section != nullptr;
    case UrlRole:
        return urlOf(page);
    default:
        return {};
    }
}

QHash<int, QByteArray> PageRegistry::roleNames() const {
    return {{IdRole, "pageId"},       {TitleRole, "title"},   {IconRole, "iconName"},
            {SectionRole, "section"}, {InMenuRole, "inMenu"}, {UrlRole, "url"}};
}

} // namespace coracle::app
