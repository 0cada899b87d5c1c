#pragma once

#include "app/clusters/cluster_list.h"
#include "app/forwards/port_forwards.h"
#include "app/i18n/translator.h"
#include "app/kiosk/idle_watch.h"
#include "app/lock/pin_lock.h"
#include "app/navigation/navigator.h"
#include "app/navigation/page_registry.h"
#include "app/session/network_thread.h"
#include "app/settings/settings.h"
#include "app/ssh/secret_store.h"

#include <QQmlEngine>

namespace coracle::app {

/// Where the program keeps what it must remember.
struct ApplicationPaths {
    QString clusters; ///< a JSON file; empty: nothing is kept
    QString settings; ///< an INI file; empty: nothing is kept
    static ApplicationPaths standard();
};

/// What QML sees as `App`: everything that lives as long as the program.
class Application : public QObject {
    Q_OBJECT
    QML_NAMED_ELEMENT(App)
    QML_SINGLETON
    Q_PROPERTY(coracle::app::ClusterList *clusters READ clusters CONSTANT)
    Q_PROPERTY(coracle::app::Cluster *cluster READ cluster NOTIFY clusterChanged)
    Q_PROPERTY(coracle::app::PageRegistry *pages READ pages CONSTANT)
    Q_PROPERTY(coracle::app::Navigator *navigator READ navigator CONSTANT)
    Q_PROPERTY(coracle::app::PortForwards *forwards READ forwards CONSTANT)
    Q_PROPERTY(coracle::app::Settings *settings READ settings CONSTANT)
    Q_PROPERTY(coracle::app::PinLock *lock READ lock CONSTANT)
    Q_PROPERTY(coracle::app::IdleWatch *idle READ idle CONSTANT)
    Q_PROPERTY(coracle::app::Translator *languages READ languages CONSTANT)
    /// Input goes by Qt Virtual Keyboard.
    Q_PROPERTY(bool virtualKeyboard READ virtualKeyboard CONSTANT)

public:
    /// `makeSession`: another way to reach clusters, for tests; empty: the real ones.
    explicit Application(ApplicationPaths paths, ClusterList::SessionFactory makeSession = {});
    ~Application() override;

    /// The one that main() made; the engine does not own it.
    static Application *create(QQmlEngine *engine, QJSEngine *);

    ClusterList *clusters() { return &m_clusters; }
    Cluster *cluster() const { return m_clusters.current(); }
    PageRegistry *pages() { return &m_pages; }
    Navigator *navigator() { return &m_navigator; }
    PortForwards *forwards() { return &m_forwards; }
    Settings *settings() { return &m_settings; }
    PinLock *lock() { return &m_lock; }
    IdleWatch *idle() { return &m_idle; }
    Translator *languages() { return &m_languages; }
    static bool virtualKeyboard();
    /// Whether the one before the screen may do it. What asks the cluster for a change need not ask: its request waits
    /// for the PIN by itself.
    Q_INVOKABLE bool allows(coracle::app::LockLevel::Value level) const { return m_lock.level() >= level; }

Q_SIGNALS:
    void clusterChanged();

private:
    std::unique_ptr<Session> makeSession(const ClusterProfile &profile);
    void guardSessions();
    void followSettings();

    NetworkThread m_network; ///< first made, last destroyed: sessions work on it
    SecretStore m_secrets;
    Settings m_settings;
    PinLock m_lock;
    IdleWatch m_idle;
    Translator m_languages;
    PageRegistry m_pages;
    Navigator m_navigator;
    ClusterList m_clusters;
    PortForwards m_forwards;
};

} // namespace coracle::app
