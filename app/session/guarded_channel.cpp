#include "app/session/guarded_channel.h"

#include <numeric>

namespace coracle::app {

void GuardedChannel::use(std::unique_ptr<Channel> channel) {
    if (m_closed)
        return;
    m_channel = std::move(channel);
    connect(m_channel.get(), &Channel::opened, this, &Channel::opened);
    connect(m_channel.get(), &Channel::received, this, &Channel::received);
    connect(m_channel.get(), &Channel::written, this, &Channel::written);
    connect(m_channel.get(), &Channel::closed, this, [this](const Status &status) {
        m_channel.release()->deleteLater(); // it is what speaks
        m_closed = true;
        Q_EMIT closed(status);
    });
    for (QByteArray &message : std::exchange(m_waiting, {}))
        m_channel->write(std::move(message));
}

void GuardedChannel::refuse(const Status &why) {
    if (std::exchange(m_closed, true))
        return;
    // Whoever has just opened it does not listen yet.
    QMetaObject::invokeMethod(this, [this, why] { Q_EMIT closed(why); }, Qt::QueuedConnection);
}

void GuardedChannel::write(QByteArray message) {
    if (m_channel)
        m_channel->write(std::move(message));
    else if (!m_closed)
        m_waiting.append(std::move(message));
}

void GuardedChannel::close() {
    if (m_channel)
        m_channel->close();
    else
        refuse({});
}

qint64 GuardedChannel::queuedBytes() const {
    if (m_channel)
        return m_channel->queuedBytes();
    return std::accumulate(m_waiting.begin(), m_waiting.end(), qint64{0},
                           [](qint64 sum, const QByteArray &message) { return sum + message.size(); });
}

} // namespace coracle::app
