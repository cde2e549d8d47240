package main

import (
	"log"
	"net"

	"golang.org/x/net/dns/dnsmessage"
)

const queryMax = 512 // bytes of a query over UDP, RFC 1035 section 2.3.4

// answerNames answers every query for an address of IPv4 with the loopback address, and any other with nothing.
func answerNames(address string) {
	socket, err := net.ListenPacket("udp", address)
	if err != nil {
		log.Fatal(err)
	}
	query := make([]byte, queryMax)
	for {
		size, sender, err := socket.ReadFrom(query)
		if err != nil {
			log.Fatal(err)
		}
		if answer, err := answerTo(query[:size]); err == nil {
			socket.WriteTo(answer, sender) //nolint:errcheck // who does not get it asks again
		}
	}
}

func answerTo(query []byte) ([]byte, error) {
	var message dnsmessage.Message
	if err := message.Unpack(query); err != nil {
		return nil, err
	}
	message.Response = true
	message.Additionals = nil // EDNS, which this does not speak
	for _, question := range message.Questions {
		if question.Type != dnsmessage.TypeA {
			continue
		}
		message.Answers = append(message.Answers, dnsmessage.Resource{
			Header: dnsmessage.ResourceHeader{Name: question.Name, Class: question.Class},
			Body:   &dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}},
		})
	}
	return message.Pack()
}
