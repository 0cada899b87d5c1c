#pragma once

#include "app/demo/demo_session.h"

#include <QRegularExpression>

namespace coracle::app {

/// The demo's cluster with faults: its connection can be lost, some of its answers can be others. GUI thread.
class BenchSession final : public Session {
    Q_OBJECT

public:
    explicit BenchSession(QObject *parent = nullptr);

    void open() override;
    void close() override;
    void retry() override {}
    void measureLatency() override {}
    Subscription stream(ApiRequest request, QObject *context, StreamHandlers handlers) override;

    /// The connection is gone, and is tried again.
    void lose();
    /// What asks for a path that matches fails.
    void refuse(const QString &pattern, int code, const QString &message);
    /// What asks for a path that matches gets lists without anything in them.
    void empty(const QString &pattern);
    /// What the user may do, in every namespace: the `resourceRules` of the reviews.
    void setRules(const QJsonArray &rules);
    /// As it was made.
    void mend();

    /// "PATCH /apis/...": everything but GET that was sent since it was made or mended.
    QStringList writes() const { return m_writes; }
    /// How often it was asked what the user may do, likewise.
    int reviews() const { return m_reviews; }

protected:
    void start(ApiRequest request, QObject *context, Decode decode) override;
    std::unique_ptr<Channel> makeChannel(ApiRequest request, QStringList protocols) override;

private:
    struct Fault {
        QRegularExpression path;
        std::optional<Status> status; ///< none: an empty list
    };
    const Fault *faultOf(const ApiRequest &request) const;

    DemoSession m_demo;
    QList<Fault> m_faults;
    std::optional<QJsonArray> m_rules;
    QStringList m_writes;
    int m_reviews = 0;
};

} // namespace coracle::app
