#include "app/i18n/translator.h"

#include <QDir>
#include <QGuiApplication>
#include <QLibraryInfo>
#include <QLocale>
#include <QStandardPaths>

namespace coracle::app {

namespace {
const QString kBuiltIn = QStringLiteral(":/i18n");
const QString kPrefix = QStringLiteral("coracle_");
const QString kPseudoLong = QStringLiteral("x-long"), kPseudoRightToLeft = QStringLiteral("x-rtl");
} // namespace

Translator::Translator(const QStringList &folders, QObject *parent) : QAbstractListModel(parent) {
    m_languages.append(Language{});
    m_languages.append(Language{QStringLiteral("en"), QStringLiteral("English"), {}});
    find(kBuiltIn);
    for (const QString &folder : folders)
        find(folder);
}

Translator::~Translator() = default;

QStringList Translator::standardFolders() {
    return QStandardPaths::locateAll(QStandardPaths::AppDataLocation, QStringLiteral("translations"),
                                     QStandardPaths::LocateDirectory);
}

void Translator::find(const QString &folder) {
    const QStringList files = QDir(folder).entryList({kPrefix + QStringLiteral("*.qm")}, QDir::Files, QDir::Name);
    for (const QString &file : files) {
        const QString code = file.mid(kPrefix.size()).chopped(3);
        // Plural forms of English are a file too, but no other language.
        if (known(code) || m_languages.size() >= kLanguagesMax)
            continue;
        QString name = QLocale(code).nativeLanguageName();
        if (name.isEmpty())
            name = code;
        name[0] = name[0].toUpper();
        m_languages.append(Language{code, name, folder + u'/' + file});
    }
}

const Translator::Language *Translator::known(const QString &code) const {
    for (const Language &language : m_languages) {
        if (!code.isEmpty() && language.code == code)
            return &language;
    }
    return nullptr;
}

void Translator::choose(const QString &language) {
    for (const auto &translator : m_installed)
        QCoreApplication::removeTranslator(translator.get());
    m_installed.clear();
    const bool pseudo = language == kPseudoLong || language == kPseudoRightToLeft;
    const QLocale wanted = language.isEmpty() ? QLocale::system() : QLocale(language);
    const Language *found = known(language.isEmpty() ? wanted.name() : language);
    if (!found && !pseudo)
        found = known(QLocale::languageToCode(wanted.language()));
    m_current = pseudo ? language : found ? found->code : QStringLiteral("en");

    const auto install = [this](std::unique_ptr<QTranslator> translator) {
        QCoreApplication::installTranslator(translator.get());
        m_installed.push_back(std::move(translator));
    };
    const auto load = [&](const QString &file) {
        auto translator = std::make_unique<QTranslator>();
        if (translator->load(file))
            install(std::move(translator));
    };
    // Plural forms of the source language, then the language's own texts above them.
    load(kBuiltIn + u'/' + kPrefix + QStringLiteral("en.qm"));
    if (pseudo) {
        install(std::make_unique<PseudoTranslator>());
    } else if (found && !found->file.isEmpty()) {
        load(QLibraryInfo::path(QLibraryInfo::TranslationsPath) + QStringLiteral("/qtbase_") + found->code);
        load(found->file);
    }
    // Numbers and times go with the texts; of the same language in another country, with the country's.
    const QLocale shown = pseudo                                               ? QLocale(QLocale::English)
                          : wanted.language() == QLocale(m_current).language() ? wanted
                                                                               : QLocale(m_current);
    QLocale::setDefault(shown);
    m_rightToLeft = language == kPseudoRightToLeft || (!pseudo && shown.textDirection() == Qt::RightToLeft);
    QGuiApplication::setLayoutDirection(m_rightToLeft ? Qt::RightToLeft : Qt::LeftToRight);
    Q_EMIT changed();
    Q_EMIT dataChanged(index(0), index(0), {NameRole});
}

int Translator::rowCount(const QModelIndex &parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_languages.size());
}

QVariant Translator::data(const QModelIndex &index, int role) const {
    if (!index.isValid() || index.row() >= m_languages.size())
        return {};
    const Language &language = m_languages[index.row()];
    if (role == CodeRole)
        return language.code;
    if (role == NameRole || role == Qt::DisplayRole)
        return language.code.isEmpty() ? tr("As the system") : language.name;
    return {};
}

QHash<int, QByteArray> Translator::roleNames() const {
    return {{CodeRole, "code"}, {NameRole, "name"}};
}

int Translator::indexOf(const QString &language) const {
    for (int row = 0; row < m_languages.size(); ++row) {
        if (m_languages[row].code == language)
            return row;
    }
    return 0;
}

QString Translator::codeAt(int row) const {
    return row >= 0 && row < m_languages.size() ? m_languages[row].code : QString();
}

QString PseudoTranslator::translate(const char *, const char *source, const char *, int) const {
    const QString text = QString::fromUtf8(source);
    if (text.isEmpty())
        return {};
    return u'[' + text + QString(text.size() / 3, u'~') + u']';
}

} // namespace coracle::app
