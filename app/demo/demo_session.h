#pragma once

#include "app/demo/demo_data.h"
#include "app/session/session.h"

#include <QSet>
#include <QTimer>

namespace coracle::app {

/// A cluster that does not exist, for looking around without one. Answers what the pages ask from DemoData; while
/// somebody watches something, a little happens. GUI thread.
class DemoSession final : public Session {
    Q_OBJECT

public:
    explicit DemoSession(QObject *parent = nullptr);

    void open() override;
    void close() override;
    void retry() override { open(); }
    void measureLatency() override {}
    Subscription stream(ApiRequest request, QObject *context, StreamHandlers handlers) override;

protected:
    void start(ApiRequest request, QObject *context, Decode decode) override;
    std::unique_ptr<Channel> makeChannel(ApiRequest request, QStringList protocols) override;

private:
    struct Stream {
        DemoTarget target;
        QString document; ///< below /appliance/v1/; empty: a watch or a log
        bool table = false, log = false, follow = false;
        int lines = 0; ///< of the log
        QPointer<QObject> context;
        StreamHandlers handlers;
    };

    void begin(int number);
    void deliver(int number, const QByteArrayList &lines);
    void end(int number, Result<> how);
    QByteArrayList logLines(Stream &stream, int count) const;
    void happen();
    void restartSomething();

    std::optional<DemoData> m_data;
    QHash<int, Stream> m_streams;
    int m_lastStream = 0;
    QTimer m_life;
    int m_beats = 0;
    QSet<QString> m_missing; ///< paths without data, each told once
};

} // namespace coracle::app
