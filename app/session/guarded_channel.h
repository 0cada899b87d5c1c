#pragma once

#include "app/session/session.h"

#include <QByteArrayList>

namespace coracle::app {

/// A channel that is opened when the guard has decided; what is written before waits for it. GUI thread.
class GuardedChannel final : public Channel {
    Q_OBJECT

public:
    using Channel::Channel;
    /// Once: the channel that carries this one's messages, or why there is none.
    void use(std::unique_ptr<Channel> channel);
    void refuse(const Status &why);

    void write(QByteArray message) override;
    void close() override;
    qint64 queuedBytes() const override;

private:
    std::unique_ptr<Channel> m_channel; ///< null until use()
    QByteArrayList m_waiting;
    bool m_closed = false;
};

} // namespace coracle::app
