"""How each mail program introduces a forwarded mail: a line for each program and language. Data, and nothing else.

    program | language | opening | from | date | to | cc | subject

`,` separates what one program has used over the years. Case, colons, stars, dashes and blanks around a label do not
matter. A line that only names another program with the same words is left out.

Thunderbird, Roundcube, Claws Mail and Evolution: their own translations (153, 1.6, 4.1, 3.46) and older words of theirs.
The others: published mails and the samples.
"""

# ruff: noqa: E501 (a row of the table is a line, however long)

BLOCKS = """
Apple Mail      | cs    | Začátek přeposílané zprávy | Od | Datum | Komu | Kopie | Předmět
Apple Mail      | da    | Start på videresendt besked, Videresendt besked | Fra | Dato | Til | Cc | Emne
Apple Mail      | de    | Anfang der weitergeleiteten Nachricht, Anfang der weitergeleiteten E-Mail | Von | Datum | An | Kopie | Betreff
Apple Mail      | el    | Έναρξη προωθημένου μηνύματος | Από | Ημερομηνία | Προς | Κοιν. | Θέμα
Apple Mail      | en    | Begin forwarded message | From | Date | To | Cc | Subject
Apple Mail      | es    | Inicio del mensaje reenviado | De | Fecha | Para | Cc | Asunto
Apple Mail      | fi    | Välitetty viesti alkaa, Välitetty viesti | Lähettäjä | Päivämäärä | Vastaanottaja | Kopio | Aihe
Apple Mail      | fr    | Début du message réexpédié, Début du message transféré, Début du message réacheminé | De | Date | À | Cc | Objet
Apple Mail      | hr    | Započni proslijeđenu poruku | Šalje | Datum | Prima | Cc | Predmet
Apple Mail      | hu    | Továbbított levél kezdete | Feladó | Dátum | Címzett | Másolat | Tárgy
Apple Mail      | it    | Inizio messaggio inoltrato | Da | Data | A | Cc | Oggetto
Apple Mail      | ja    | 転送されたメッセージ, 転送メッセージ, 以下は転送されたメッセージです | 差出人 | 日付, 日時 | 宛先 | Cc | 件名
Apple Mail      | ko    | 전달된 메시지 | 보낸 사람, 발신 | 날짜 | 받는 사람, 수신 | 참조 | 제목
Apple Mail      | nl    | Begin doorgestuurd bericht | Van | Datum | Aan | Kopie | Onderwerp
Apple Mail      | no    | Start på videresendt melding, Videresendt melding, Begin videresendt melding | Fra | Dato | Til | Kopi | Emne
Apple Mail      | pl    | Początek przekazywanej wiadomości | Od | Data | Do | Dw | Temat
Apple Mail      | pt    | Início da mensagem reencaminhada | De | Data | Para | Cc | Assunto
Apple Mail      | pt-br | Início da mensagem encaminhada | De | Data | Para | Cc | Assunto
Apple Mail      | ro    | Începe mesajul redirecționat, Începutul mesajului redirecționat | Expeditorul, De la | Dată, Data | Destinatarul, Către | Cc | Subiectul, Subiect
Apple Mail      | ru    | Начало переадресованного сообщения, Начало пересылаемого сообщения | От | Дата | Кому | Копия | Тема
Apple Mail      | sk    | Začiatok preposlanej správy | Od | Dátum | Komu, Pre | Kópia | Predmet
Apple Mail      | sv    | Vidarebefordrat mejl, Påbörja vidarebefordrat meddelande, Vidarebefordrat brev | Från | Datum | Till | Kopia | Ämne
Apple Mail      | tr    | Başlangıçta iletilen ileti, İletilen ileti başlangıcı, İletilmiş ileti | Kimden | Tarih | Kime | Bilgi | Konu
Apple Mail      | uk    | Початок листа, що пересилається, Початок переадресованого повідомлення | Від кого, Від | Дата | Кому | Копія | Тема
Apple Mail      | zh    | 下面是被转发的邮件, 以下是转发的邮件, 開始轉寄郵件, 以下是轉寄的郵件 | 发件人, 寄件人 | 日期 | 收件人 | 抄送, 副本 | 主题, 主題
Gmail           | cs    | Forwarded message, Přeposlaná zpráva | Od | Datum, Date | Komu, To | Kopie | Předmět
Gmail           | da    | Forwarded message, Videresendt meddelelse | Fra | Dato, Date | Til | Cc | Emne
Gmail           | de    | Forwarded message, Weitergeleitete Nachricht | Von | Datum, Date | An | Cc | Betreff
Gmail           | en    | Forwarded message, Forwarded conversation | From | Date | To | Cc | Subject
Gmail           | es    | Forwarded message, Mensaje reenviado | De | Fecha | Para | Cc | Asunto
Gmail           | et    | Forwarded message, Edastatud sõnum | Saatja | Kuupäev | Saaja, Adressaat | Koopia | Teema
Gmail           | fi    | Forwarded message, Edelleenlähetetty viesti | Lähettäjä | Päiväys | Vastaanottaja | Kopio | Aihe
Gmail           | fr    | Forwarded message, Message transféré | De | Date | À, To | Cc | Objet
Gmail           | hr    | Forwarded message, Proslijeđena poruka | Šalje | Datum | Prima | Cc | Predmet
Gmail           | hu    | Forwarded message, Továbbított üzenet | Feladó | Dátum | Címzett | Másolat | Tárgy
Gmail           | it    | Forwarded message, Messaggio inoltrato | Da | Data | A | Cc | Oggetto
Gmail           | ja    | Forwarded message, 転送メッセージ, 転送されたメッセージ | From, 差出人 | Date, 日付 | To | Cc | Subject
Gmail           | nl    | Forwarded message, Doorgestuurd bericht | Van | Datum | Aan | Cc | Onderwerp
Gmail           | no    | Forwarded message, Videresendt melding | Fra | Dato | Til | Kopi | Emne
Gmail           | pl    | Forwarded message, Wiadomość przekazana dalej | Od | Data | Do | DW | Temat
Gmail           | pt    | Forwarded message, Mensagem encaminhada | De | Data | Para | Cc | Assunto
Gmail           | ro    | Forwarded message, Mesaj redirecționat | De la | Data | Către | Cc | Subiect
Gmail           | ru    | Forwarded message, Пересылаемое сообщение | От, От кого | Дата | Кому | Копия | Тема
Gmail           | sk    | Forwarded message, Preposlaná správa | Od | Dátum | Komu | Kópia | Predmet
Gmail           | sv    | Forwarded message, Vidarebefordrat meddelande | Från | Datum | Till | Kopia | Ämne
Gmail           | tr    | Forwarded message, Yönlendirilen ileti | Gönderen | Tarih | Alıcı | Cc | Konu
Gmail           | uk    | Forwarded message, Пересилане повідомлення | Від | Дата | Кому | Копія | Тема
Gmail           | zh    | Forwarded message, 转发的邮件, 轉寄郵件 | 发件人, 寄件者, 寄件人 | 日期 | 收件人, 收件者 | 抄送, 副本 | 主题, 主旨
HubSpot         | da    | Videresendt besked, Videresendt meddelelse | Fra | Dato | Til | Cc | Emne
HubSpot         | de    | Weitergeleitete Nachricht | Von | Datum | An | Cc | Betreff
HubSpot         | en    | Forwarded message | From | Date | To | Cc | Subject
HubSpot         | es    | Mensaje reenviado | De | Fecha | Para | Cc | Asunto
HubSpot         | fi    | Välitetty viesti, Edelleenlähetetty viesti | Lähettäjä | Päivämäärä | Vastaanottaja | Kopio | Aihe
HubSpot         | fr    | Message transféré | De | Date | À | Cc | Objet
HubSpot         | it    | Messaggio inoltrato | Da | Data | A | Cc | Oggetto
HubSpot         | ja    | 転送されたメッセージ, 転送メッセージ | From, 差出人 | 日付 | To, 宛先 | Cc, CC | 件名
HubSpot         | nl    | Doorgestuurd bericht | Van | Datum | Aan | Cc | Onderwerp
HubSpot         | pl    | Wiadomość przesłana dalej | Od | Data | Do | DW | Temat
HubSpot         | pt-br | Mensagem encaminhada | De | Data | Para | Cc | Assunto
HubSpot         | sv    | Vidarebefordrat meddelande | Från | Datum | Till | Kopia | Ämne
HubSpot         | zh    | 转发的邮件, 转发邮件, 轉寄的郵件 | 发件人 | 日期 | 收件人 | 抄送 | 主题
IONOS           | de    | Ursprüngliche Nachricht, Weitergeleitete Nachricht | Von | Datum | An | CC | Betreff
IONOS           | en    | Original Message, Original message | From | Date | To | CC | Subject
MailMate        | en    | Forwarded message | From | Date | To | Cc | Subject
Missive         | en    | Forwarded message | From | Date | To | Cc | Subject
Outlook desktop | bg    | Оригинално съобщение | От | Изпратено | До | Копие | Относно
Outlook desktop | cs    | Původní zpráva, Původní e-mail | Od | Odesláno, Datum | Komu | Kopie | Předmět
Outlook desktop | da    | Oprindelig meddelelse | Fra | Sendt | Til | Cc | Emne
Outlook desktop | de    | Ursprüngliche Nachricht | Von | Gesendet | An | Cc, Kopie | Betreff
Outlook desktop | el    | Αρχικό μήνυμα | Από | Στάλθηκε | Προς | Κοιν. | Θέμα
Outlook desktop | en    | Original Message, Original Appointment | From, Von, Sender | Sent, Sent on | To | Cc | Subject
Outlook desktop | es    | Mensaje original | De | Enviado, Enviado el | Para | CC | Asunto
Outlook desktop | et    | Algne kiri, Algne sõnum | Saatja | Saadetud, Saatmisaeg | Adressaat, Kellele | Koopia | Teema
Outlook desktop | fi    | Alkuperäinen viesti | Lähettäjä | Lähetetty | Vastaanottaja | Kopio | Aihe
Outlook desktop | fr    | Message d'origine, Message d’origine, Message original | De | Envoyé, Envoyé le, Date d'envoi | À | Cc | Objet
Outlook desktop | hr    | Izvorna poruka | Šalje, Od | Poslano | Prima, Za | Kopija | Predmet
Outlook desktop | hu    | Eredeti üzenet | Feladó | Elküldve | Címzett | Másolatot kap | Tárgy
Outlook desktop | it    | Messaggio originale | Da | Inviato | A | Cc | Oggetto
Outlook desktop | ja    | 元のメッセージ, オリジナルメッセージ, Original Message | 差出人, 送信者 | 送信日時, 日時, 送信日 | 宛先 | CC | 件名
Outlook desktop | ko    | 원본 메시지 | 보낸 사람 | 보낸 날짜 | 받는 사람 | 참조 | 제목
Outlook desktop | nl    | Oorspronkelijk bericht | Van | Verzonden | Aan | CC | Onderwerp
Outlook desktop | no    | Opprinnelig melding | Fra | Sendt | Til | Kopi | Emne
Outlook desktop | pl    | Wiadomość oryginalna | Od | Wysłano | Do | DW | Temat
Outlook desktop | pt    | Mensagem original | De | Enviado, Enviada | Para | Cc | Assunto
Outlook desktop | pt-br | Mensagem original | De | Enviada em | Para | Cc | Assunto
Outlook desktop | ro    | Mesaj original | De la, Expeditor | Trimis, Trimis la | Către, Pentru | Cc | Subiect
Outlook desktop | ru    | Исходное сообщение | От, Отправитель | Отправлено | Кому | Копия | Тема
Outlook desktop | sk    | Pôvodná správa | Od | Odoslané | Komu | Kópia | Predmet
Outlook desktop | sv    | Ursprungligt meddelande, Originalmeddelande | Från | Skickat | Till | Kopia | Ämne
Outlook desktop | tr    | Özgün İleti, Orijinal İleti | Kimden, Gönderen | Gönderildi, Gönderme Tarihi | Kime | Bilgi | Konu
Outlook desktop | uk    | Вихідне повідомлення, Оригінальне повідомлення | Від, Відправник | Надіслано, Відправлено | Кому | Копія | Тема
Outlook desktop | zh    | 邮件原件, 原始邮件, 原始郵件 | 发件人, 寄件者, 發件人 | 发送时间, 傳送日期, 寄件日期, 发送日期 | 收件人, 收件者 | 抄送, 副本 | 主题, 主旨
New Outlook     | da    | - | Fra | Dato | Til | Cc | Emne
New Outlook     | de    | - | Von | Datum | An | Cc | Betreff
New Outlook     | es    | - | De | Fecha | Para | CC | Asunto
New Outlook     | fi    | - | Lähettäjä | Päivämäärä, Päiväys | Vastaanottaja | Kopio | Aihe
New Outlook     | hu    | - | Feladó | Dátum | Címzett | Másolatot kap | Tárgy
New Outlook     | ja    | - | 差出人 | 日付, 日時 | 宛先 | CC | 件名
New Outlook     | tr    | - | Kimden | Tarih | Kime | Bilgi | Konu
New Outlook     | zh    | - | 发件人, 寄件者 | 日期 | 收件人, 收件者 | 抄送, 副本 | 主题, 主旨
Thunderbird     | bg    | Препратено писмо | От | Дата | До | CC | Тема
Thunderbird     | cs    | Přeposlaná zpráva, Původní zpráva | Od | Datum | Komu | Kopie | Předmět
Thunderbird     | da    | Videresendt meddelelse | Fra | Dato | Til | CC, Kopi, Kopi til (CC) | Emne
Thunderbird     | de    | Weitergeleitete Nachricht, Original-Nachricht | Von | Datum | An | Kopie (CC), CC | Betreff
Thunderbird     | el    | Προωθημένο μήνυμα | Από | Ημερομηνία | Προς | Κοινοποίηση | Θέμα
Thunderbird     | en    | Forwarded Message, Original Message | From | Date | To | CC | Subject
Thunderbird     | es    | Mensaje reenviado, Mensaje original | De | Fecha | Para | CC | Asunto
Thunderbird     | et    | Edastatud kiri | Saatja, Kellelt | Kuupäev | Saaja, Kellele | Koopia, CC | Teema
Thunderbird     | fi    | Välitetty viesti, Välitetty viesti / Fwd.Msg | Lähettäjä | Päiväys | Vastaanottaja | Kopio, CC | Aihe
Thunderbird     | fr    | Message transféré, Courriel original | De, Expéditeur | Date | Pour, Destinataire | Copie à | Sujet
Thunderbird     | hr    | Proslijeđena poruka | Šalje, From | Datum, Date | Prima, To | CC | Naslov, Subject
Thunderbird     | hu    | Továbbított üzenet | Feladó | Dátum | Címzett | CC, Másolat | Tárgy
Thunderbird     | it    | Messaggio Inoltrato | Mittente, Da | Data | A | CC | Oggetto
Thunderbird     | ja    | Forwarded Message, 転送メッセージ | From, 差出人 | Date, 日付 | To, 宛先 | CC | Subject, 件名
Thunderbird     | ko    | 전달된 메시지 | 보낸 사람 | 날짜 | 받는 사람 | CC | 제목
Thunderbird     | nl    | Doorgestuurd bericht | Van | Datum | Aan | CC | Onderwerp
Thunderbird     | no    | Videresendt melding, Videresendt e-post | Fra | Dato | Til | Kopi, CC | Emne
Thunderbird     | pl    | Treść przekazanej wiadomości, Przekazana wiadomość | Nadawca, Od | Data | Adresat, Do | Kopia | Temat
Thunderbird     | pt    | Mensagem reencaminhada | De | Data | Para | CC | Assunto
Thunderbird     | pt-br | Mensagem encaminhada | De | Data | Para | CC | Assunto
Thunderbird     | ro    | Mesaj redirecționat, Mesaj înaintat | De la, Expeditor | Dată, Data | Către, Pentru, Destinatar | CC, Copie | Subiect
Thunderbird     | ru    | Перенаправленное сообщение, Пересылаемое сообщение | От | Дата | Кому | Копия | Тема
Thunderbird     | sk    | Preposlaná správa, Pôvodná správa, Forwarded Message, Preposlaná správa --- Forwarded Message | Od | Dátum | Komu, Pre | Kópia, CC | Predmet
Thunderbird     | sv    | Vidarebefordrat meddelande | Från | Datum | Till | Kopia | Ämne
Thunderbird     | tr    | İletilen İleti | Kimden | Tarih | Kime | CC | Konu
Thunderbird     | uk    | Переслане повідомлення, Перенаправлене повідомлення | Від, Від кого | Дата | Кому | CC, Копія | Тема
Thunderbird     | zh    | 转发的消息, 转发邮件信息, 轉寄郵件, 轉寄訊息 | 发件人, 寄件者, From, 從 | 日期 | 收件人, 收件者, 到 | 抄送, 副本 | 主题, 主旨
Yahoo           | cs    | Přeposlaná zpráva | Od | Datum, Odesláno | Komu | Kopie | Předmět
Yahoo           | da    | Videresendt meddelelse | Fra | Sendt | Til | Cc | Emne
Yahoo           | de    | Weitergeleitete Nachricht | Von | Gesendet | An | CC | Betreff
Yahoo           | en    | Forwarded Message | From | Sent | To | Cc | Subject
Yahoo           | es    | Mensaje reenviado | De | Enviado | Para | Cc, CC | Asunto
Yahoo           | fi    | Välitetty viesti | Lähettäjä | Lähetetty | Vastaanottaja | Kopio | Aihe
Yahoo           | fr    | Message transmis, Mail transféré | De | Envoyé | À | Cc | Objet
Yahoo           | hu    | Továbbított üzenet | Feladó | Elküldve | Címzett | Másolat | Tárgy
Yahoo           | it    | Messaggio inoltrato | Da | Inviato | A | Cc | Oggetto
Yahoo           | nl    | Doorgestuurd bericht | Van | Verzonden | Aan | Cc, CC | Onderwerp
Yahoo           | no    | Videresendt melding | Fra | Sendt | Til | Kopi, Cc | Emne
Yahoo           | pl    | Przekazana wiadomość, Wiadomość przekazana dalej | Od | Wysłano, Wysłane | Do | DW, Dw, Cc | Temat
Yahoo           | pt    | Mensagem reencaminhada | De | Enviado | Para | Cc | Assunto
Yahoo           | pt-br | Mensagem encaminhada | De | Enviado | Para | Cc | Assunto
Yahoo           | ro    | Mesaj redirecționat, Mesaj înaintat, Mesaj transmis | De la | Trimis | Către, Pentru | Cc | Subiect
Yahoo           | ru    | Пересылаемое сообщение, Пересланное сообщение | От, От кого | Отправлено | Кому | Копия | Тема
Yahoo           | sk    | Preposlaná správa | Od | Odoslané | Komu | Kópia | Predmet
Yahoo           | sv    | Vidarebefordrat meddelande | Från | Skickat | Till | Kopia, Cc | Ämne
Yahoo           | tr    | İletilmiş Mesaj, İletilen Mesaj | Kimden | Gönderilen, Gönderildi | Kime | Cc, Bilgi | Konu
Yahoo           | uk    | Перенаправлене повідомлення, Переслане повідомлення | Від | Відправлено, Надіслано | Кому | Копія | Тема
Yahoo           | zh    | 转发的邮件, 轉寄的郵件 | 发件人, 寄件者 | 发送时间, 寄件日期 | 收件人, 收件者 | 抄送, 副本 | 主题, 主旨
Yahoo! Japan    | ja    | Forwarded Message, Original Message, 転送メッセージ | From, 差出人 | Date, 日時, 日付 | To, 宛先 | Cc | Subject, 件名
docomo          | ja    | 元のメッセージ, 転送元メッセージ, 転送メール, Original Message | 送信元, 差出人, From | 日時, 受信日時, 送信日時, Date | To, 宛先, 送信先 | Cc | 件名, 題名, Sub, Subject
au              | ja    | Original Message, 元のメッセージ, 転送メッセージ, 元メール, 転送元 | From, 差出人, 送信者 | Date, 日時, 送信日時, 受信日時 | To, 宛先 | Cc | Sub, Subject, 件名, 題名, タイトル
SoftBank        | ja    | 転送メール, 元メール, Original Message | 差出人, 送信元, From | 受信日時, 送信日時, 日時 | 宛先, To | Cc | 件名, Subject
Becky!          | ja    | Original Message, Forwarded by, 転送 | From | Date | To | Cc | Subject
Shuriken        | ja    | 元のメッセージ, 元メッセージ, Original Message | 送信者, From | 送信日時, 日時, Date | 宛先, To | CC | 件名, Subject
Windows Live    | en    | Original Message | From | Sent | To | Cc | Subject
Windows Live    | ja    | Original Message, 元のメッセージ | From, 差出人 | Sent, 送信日時 | To, 宛先 | Cc | Subject, 件名
Roundcube       | bg    | Оригинално писмо | От | Дата | До | Копие до | Заглавие
Roundcube       | cs    | Původní zpráva | Od, Odesílatel | Datum | Komu, Adresát | Kopie | Předmět
Roundcube       | da    | Original besked, Oprindelig besked | Fra, Afsender | Dato | Til, Modtager | Kopi, Cc | Emne
Roundcube       | de    | Originalnachricht, Original-Nachricht, Originale Nachricht | Von, Absender | Datum | An, Empfänger | Kopie | Betreff
Roundcube       | el    | Αρχικό μήνυμα | Αποστολέας | Ημερομηνία | Παραλήπτης | Κοινοποίηση | Θέμα
Roundcube       | en    | Original Message | From | Date | To | Cc, Copy | Subject
Roundcube       | es    | Mensaje Original | De, Remitente | Fecha | Para, Destinatario | Cc | Asunto
Roundcube       | et    | Algne kiri, Algne sõnum, Esialgne kiri | Saatja | Kuupäev | Saaja | Koopia | Teema, Pealkiri
Roundcube       | fi    | Alkuperäinen viesti | Lähettäjä | Päiväys, Päivämäärä | Vastaanottaja | Kopio | Aihe, Otsikko
Roundcube       | fr    | Message original, Message d'origine, Courriel original | De | Date | À | Cc | Objet
Roundcube       | hr    | Izvorna poruka, Originalna poruka | Od, Pošiljatelj | Datum | Za, Primatelj | Kopija, Cc | Naslov, Predmet
Roundcube       | hu    | Eredeti üzenet | Feladó, Küldő | Dátum | Címzett | Másolat | Tárgy
Roundcube       | it    | Messaggio originale | Da, Mittente | Data | A, Destinatario | Cc | Oggetto
Roundcube       | ja    | 元のメッセージ, Original Message, 元のメール | 差出人, 送信者, From, 発信者 | 日付, 日時, Date | 宛先, To | Cc, コピー, 写し(Cc) | 件名, Subject
Roundcube       | nl    | Oorspronkelijke bericht, Originele bericht | Van, Afzender | Datum | Aan, Ontvanger | Cc, Kopie | Onderwerp
Roundcube       | no    | Opprinnelig melding, Original melding | Fra, Avsender | Dato | Til, Mottaker | Kopi, Kopi til | Emne
Roundcube       | pl    | Oryginalna wiadomość, Wiadomość oryginalna | Od, Nadawca | Data | Do, Odbiorca | Kopia, Kopia do | Temat
Roundcube       | pt-br | Mensagem original | De, Remetente | Data | Para, Destinatário | Cc, Cópia | Assunto
Roundcube       | ro    | Mesajul original, Mesaj original | Expeditor, De la | Dată, Data | Destinatar, Către | Cc, Copie (CC) | Subiect
Roundcube       | ru    | Исходное сообщение, Оригинал сообщения | От, Отправитель | Дата | Кому, Получатель | Копия | Тема
Roundcube       | sk    | Pôvodná správa | Odosielateľ, Od | Dátum | Adresát, Príjemca, Komu | Kópia | Predmet
Roundcube       | sv    | Originalmeddelande, Ursprungligt meddelande | Från, Avsändare | Datum | Till, Mottagare | Kopia | Ämne
Roundcube       | tr    | Orijinal Mesaj, Özgün ileti | Gönderen, Kimden, Gönderici | Tarih | Alıcı, Kime | Kopya, Bilgi | Konu
Roundcube       | uk    | Оригінальне повідомлення, Початкове повідомлення | Від, Відправник, Від кого | Дата | Кому, Отримувач | Копія | Тема
Roundcube       | zh    | 原始信息, 原始邮件, 原始信件, 原始郵件 | 发件人, 寄件者 | 日期 | 收件人, 收件者 | 抄送, 副本 | 主题, 主旨
Samsung Email   | en    | Original message, Forwarded message | From | Date | To | Cc | Subject
Samsung Email   | ja    | 元のメッセージ, 元のメール | 差出人, 送信元 | 日付, 日時 | 宛先, 受信者 | CC | 件名
Proton Mail     | en    | Forwarded Message, Original Message | From | Date, On | To | CC | Subject
eM Client       | en    | Forwarded Message, Original Message | From | Date | To | Cc | Subject
Fastmail        | en    | Original message | From | Date | To | Cc | Subject
Zoho            | en    | Forwarded message | From | Date | To | Cc | Subject
GMX             | de    | Weitergeleitete Nachricht, Gesendet | Von | Gesendet, Datum | An | Cc | Betreff
Mail.ru         | ru    | Пересылаемое сообщение, Пересланное сообщение | От кого, От | Дата | Кому | Копия | Тема
Yandex          | ru    | Пересылаемое сообщение, Конец пересылаемого сообщения | От | Дата, Отправлено | Кому | Копия | Тема
QQ Mail         | zh    | 原始邮件, 转发邮件 | 发件人 | 发送时间 | 收件人 | 抄送 | 主题
Claws Mail      | cs    | Začátek předané zprávy | Od | Datum | Komu | Kopie | Předmět
Claws Mail      | da    | Begynd videresendt e-mail | Fra | Dato | Til | Cc | Emne
Claws Mail      | de    | Beginn der weitergeleiteten Nachricht | Von | Datum | An | Cc | Betreff
Claws Mail      | es    | Inicio del mensaje redirigido | Desde | Fecha | Para | Cc | Asunto
Claws Mail      | fi    | Edelleenlähetetty viesti | Lähettäjä | Päiväys | Vastaanottaja | Kopiot | Aihe
Claws Mail      | ja    | Begin forwarded message | From | Date | To | Cc | Subject
Claws Mail      | no    | Start videresendt melding | Fra | Dato | Til | Kopi-Til | Emne
Claws Mail      | pt-br | Iniciando encaminhamento de mensagem | De | Data | Para | Cc | Assunto
Claws Mail      | ro    | Începutul mesajului înaintat | De la | Dată | Către | Cc | Subiect
Claws Mail      | sk    | Začiatok správy poslanej ďalej | Od | Dátum | Komu | Cc | Predmet
Claws Mail      | sv    | Start av vidarebefordrat meddelande | Från | Datum | Till | Kopia | Ämne
Claws Mail      | tr    | Yönlendirilen iletiye başla | Gönderen | Tarih | Alıcı | Cc | Başlık
Evolution       | bg    | Препратено писмо | От | Дата | До | Копие до, Копие | Тема
Evolution       | da    | Videresendt brev | Fra | Dato | Til | CC | Emne
Evolution       | el    | Προωθημένο μήνυμα | Από | Ημ/νία | Προς | CC, Αντίγραφο | Θέμα
Evolution       | fi    | välitetty viesti | Lähettäjä | Päiväys | Vastaanottaja | Kopiona, Kopiot | Aihe
Evolution       | hr    | Proslijeđena poruka | Od | Datum | Prima | Pošalji kopiju, Prima kopiju | Predmet
Evolution       | ja    | 転送するメッセージ | 差出人 | 日付 | 宛先 | Cc | 件名
Evolution       | ko    | Forwarded Message | 보낸 사람 | 날짜 | 받는 사람 | 참조 | 제목
Evolution       | pl    | Wiadomość przekazywana | Od | Data | Do | Kopia | Temat
Evolution       | ru    | Пересылаемое сообщение | От | Дата | Кому | CC, Копия | Тема
Evolution       | sk    | Ďalej odoslaná správa | Od | Dátum | Komu | Kópia | Predmet
Evolution       | tr    | Yönlendirilmiş İleti | Gönderen | Tarih | Alıcı | CC, Bilgi | Konu
Evolution       | zh    | 转发的信息, 轉遞的郵件 | 来自, 寄件者 | 日期 | 收件人, 收件者 | 抄送, 副本(CC), 副本 | 主题, 主旨
"""

# Lines that some programs add to the block. They belong to it and say nothing that we need.
OTHERS = """
Bcc, Cci, Cco, Ccn, Blindkopie, Skjult kopi, Reply-To, Reply To, Antwort an, Répondre à, Responder a, Rispondi a, 返信先,
Attachments, Attachment, Anlagen, Anhänge, Allegati, Pièces jointes, Datos adjuntos, Adjuntos, Anexos, Bijlagen, Bilagor,
Vedlegg, Vedhæftede filer, Liitteet, Załączniki, Přílohy, Prílohy, Mellékletek, Вложения, Вкладення, Ekler, 添付ファイル, 添付, 附件,
Importance, Priority, Wichtigkeit, Priorität, Importancia, Importância, Importance, Priorità, Urgentie, 重要度, 優先度, 重要性,
Message-ID, Organization, Organisation, Organizace, User-Agent, X-Mailer, Newsgroups, Categories, Kategorien, Resent-From, Resent-Date,
Resent-To, Resent-Cc, Resent-Subject, Resent-Message-Id, Sender, Return-Path, References, In-Reply-To, MIME-Version, Content-Type,
Content-Transfer-Encoding, Sensitivity, Vertraulichkeit, Signed by, Mailed-by, List-Id,
Отговор до, Odpověď na, Svar til, Απάντηση στο, Vastus aadressile, Vastaus osoitteeseen, Odgovori,
Válaszcím, 회신 주소, Antwoord-aan, Odpowiedź do, Responder para, Răspunde la, Ответить, Odpovedať na,
Svar till, Yanıt adresi, Зворотня адреса, 回复至, 回覆至, Komu odpovědět, Svar-til, Vastus-kuhu, Vastausosoite,
Odgovor na, Antwoord-naar, Răspuns-către, Обратный адрес, Komu odpovedať, Yanıtla, Зворотна адреса, 回覆,
Απάντηση σε
"""

# What stands before the subject of a forwarded mail, without its colon; case does not matter.
FORWARD_PREFIXES = """
fw fwd wg tr rv enc i vb vs vl pd doorst dst fs továbbítás továbbított i̇lt ilt yml ynlt rvs redir rif inoltro
転送 fw転送 転 转发 轉寄 轉發 전달 пересл переслано πρθ προωθ
"""
REPLY_PREFIXES = """
re aw sv antw res ref r rsp odp odpověď vá va atb ynt yan ответ отв відп ατ απ bls vast 返信 回复 回覆 答复 回信 답장
"""

# What a program writes below a forwarded mail, a phrase a line.
CLOSINGS = """
original message ends
end of forwarded message
end forwarded message
end of original message
конец пересылаемого сообщения
конец перенаправленного сообщения
ende der weitergeleiteten nachricht
fin du message transféré
転送メッセージここまで
元のメッセージここまで
転送ここまで
"""

# Words beside the name and the date in `On 28/10/2021 12:46, NAME <ADDRESS> wrote:`.
ATTRIBUTION_WORDS = """
en on at wrote writes            de am um uhr schrieb von          nl op om schreef heeft het volgende geschreven
da sv no den d. kl klo skrev følgende følgende: följande           fr le à a écrit     it il giorno alle ore ha scritto
es el las escribió               pt em às escreveu                 fi kirjoitti        pl dnia o godz użytkownik napisał napisał(a)
cs dne v uživatel napsal napsal(a)   sk používateľ napísal napísal(a)   hu időpontban ezt írta   tr tarihinde şunu şunları yazdı
ru в г. пользователь написал написал(а) пишет пише написав користувач   ro la data de scris   hr u je napisao napisao/la korisnik
et kirjutas kell   ja のメール のメッセージ が書き込みました が書きました さんは書きました   zh 于 写道 來信 mailto
"""
