#include "app/application.h"

#include "app/actions/toasts.h"
#include "app/demo/demo_session.h"
#include "app/session/live_session.h"
#include "app/ssh/ssh_link.h"

#include <QStandardPaths>

namespace coracle::app {

namespace {
Application *s_instance = nullptr;
}

ApplicationPaths ApplicationPaths::standard() {
    const QString folder = QStandardPaths::writableLocation(QStandardPaths::AppConfigLocation);
    return {.clusters = folder + QStringLiteral("/clusters.json"),
            .settings = folder + QStringLiteral("/settings.ini")};
}

Application::Application(ApplicationPaths paths, ClusterList::SessionFactory makeSession)
    : m_settings(paths.settings),
      m_lock(paths.settings),
      m_languages(Translator::standardFolders()),
      m_navigator(&m_lock),
      m_clusters(
          makeSession ? std::move(makeSession)
                      : [this](const ClusterProfile &profile) { return this->makeSession(profile); },
          paths.clusters),
      m_forwards(m_clusters, paths.settings) {
    s_instance = this;
    connect(&m_clusters, &ClusterList::currentChanged, this, &Application::clusterChanged);
    connect(&m_secrets, &SecretStore::keptForNow, this, [] {
        Toasts::instance().show(tr("This device has no key store: what you typed is remembered until Coracle ends."),
                                QStringLiteral("info"));
    });
    connect(&m_clusters, &ClusterList::removed, this,
            [this](const ClusterProfile &profile) { SshLink::forgetSecrets(profile, m_secrets); });
    guardSessions();
    followSettings();
}

Application::~Application() {
    Session::setGuard({});
    s_instance = nullptr;
}

void Application::guardSessions() {
    Session::setGuard([this](const ApiRequest &request, const Session::Decided &decided) {
        m_lock.ask(levelOf(request), [decided](bool allowed) {
            if (allowed)
                decided({});
            else
                decided(errors::forbidden({}, {}, {}, tr("This needs the PIN.").toStdString()));
        });
    });
}

void Application::followSettings() {
    const auto setLimits = [this] {
        constexpr qint64 kMinuteMs = 60'000;
        m_idle.setLimits(m_settings.blankMinutes() * kMinuteMs, m_settings.lockMinutes() * kMinuteMs);
    };
    connect(&m_settings, &Settings::changed, this, setLimits);
    setLimits();
    connect(&m_idle, &IdleWatch::lockDue, &m_lock, &PinLock::lock);
    connect(&m_settings, &Settings::languageChanged, this, [this] { m_languages.choose(m_settings.language()); });
    m_languages.choose(m_settings.language());
    connect(&m_languages, &Translator::changed, this, [this] {
        m_pages.retranslate();
        m_navigator.reload();
    });
}

bool Application::virtualKeyboard() {
    return qEnvironmentVariable("QT_IM_MODULE") == QLatin1String("qtvirtualkeyboard");
}

Application *Application::create(QQmlEngine *, QJSEngine *) {
    QJSEngine::setObjectOwnership(s_instance, QJSEngine::CppOwnership);
    return s_instance;
}

std::unique_ptr<Session> Application::makeSession(const ClusterProfile &profile) {
    if (profile.kind == ClusterProfile::Kind::Demo)
        return std::make_unique<DemoSession>();
    if (profile.kind == ClusterProfile::Kind::Ssh)
        return std::make_unique<LiveSession>(m_network, std::make_unique<SshLink>(profile, m_secrets));
    const QString path = profile.socketPath.isEmpty() ? defaultSocketPath() : profile.socketPath;
    return std::make_unique<LiveSession>(m_network, std::make_unique<LocalLink>(path));
}

} // namespace coracle::app
