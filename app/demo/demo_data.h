#pragma once

#include "app/demo/demo_target.h"
#include "app/session/api_request.h"

#include <QHash>
#include <QJsonArray>
#include <functional>
#include <vector>

namespace coracle::app {

/// The cluster of the demo: what a real one answered (resources/demo/demo.json, made by tests/app/record_demo.py), with
/// its times moved to now, in memory. Simple writes change it.
class DemoData {
public:
    struct Item {
        QJsonObject object;
        QJsonArray cells; ///< of the Table
    };
    struct Kind {
        QString path, kind, apiVersion;
        QJsonArray columns;
        std::vector<Item> items;
    };
    /// Called for each change: "ADDED", "MODIFIED" or "DELETED".
    using Listener = std::function<void(const QString &type, const Kind &kind, const Item &item)>;

    static Result<DemoData> load();
    void setListener(Listener listener) { m_listener = std::move(listener); }

    /// What a server would answer; code 404 with no name: the demo knows nothing of this path.
    Result<QByteArray> answer(const ApiRequest &request);
    /// The lines that a watch begins with.
    QByteArrayList watchBegin(const DemoTarget &target, bool table) const;
    static QByteArray watchLine(const QString &type, const Kind &kind, const Item &item, bool table);
    /// The lines of the daemon's own log at this level and above; empty: all.
    QByteArrayList daemonLog(const QString &level) const;
    static bool wantsTable(const ApiRequest &request) { return request.accept.contains("as=Table"); }

    Kind *find(const QString &collection);
    Item *findItem(const DemoTarget &target);
    /// Tells the listener, after the caller has changed the object.
    void touch(const Kind &kind, Item &item);
    QJsonObject document(const QString &name) const { return m_documents[name].toObject(); }

private:
    Result<QByteArray> read(const DemoTarget &target, bool table);
    Result<QByteArray> write(const ApiRequest &request, const DemoTarget &target);
    Result<QByteArray> create(Kind &kind, const DemoTarget &target, QJsonObject object);
    Result<QByteArray> change(const ApiRequest &request, const DemoTarget &target);
    Result<QByteArray> appliance(const ApiRequest &request, const QString &name);
    void remove(Kind &kind, const Item &item);
    void settle(Kind &kind, Item &item);
    void settleReplicas(const QString &namespaceName, const QJsonObject &selector, int replicas);
    static QJsonObject rowOf(const Item &item);

    QJsonObject m_version, m_discovery, m_documents;
    std::vector<Kind> m_kinds;
    Listener m_listener;
    int m_revision = 1000;
};

/// RFC 7386.
QJsonObject mergedPatch(QJsonObject target, const QJsonObject &patch);

} // namespace coracle::app
